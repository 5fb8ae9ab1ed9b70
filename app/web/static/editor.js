// A small toolbar above a text with Markdown: hidden until there is a script to make it work.

function wrap(area, before, after, words) {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const chosen = value.slice(start, end) || words;
  area.setRangeText(before + chosen + after, start, end, "end");
  area.setSelectionRange(start + before.length, start + before.length + chosen.length);
}

function mark(area, sign, words) {
  const { value } = area;
  const start = value.lastIndexOf("\n", area.selectionStart - 1) + 1;
  const end = area.selectionEnd;
  const lines = (value.slice(start, end) || words).split("\n");
  const numbered = /^\d/.test(sign);
  const marked = lines.map((line, place) => (numbered ? `${place + 1}. ` : sign) + line).join("\n");
  const gap = start > 0 && value[start - 2] !== "\n" ? "\n" : "";
  area.setRangeText(gap + marked, start, end, "end");
}

for (const bar of document.querySelectorAll("[data-editor]")) {
  const area = document.getElementById(bar.dataset.editor);
  if (!area) continue;
  bar.hidden = false;
  area.parentElement.querySelector("label")?.after(bar);
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { wrap: sign, line, link, insert, words } = button.dataset;
    area.focus();
    if (sign) wrap(area, sign, sign, words);
    if (line) mark(area, line, words);
    if (link) wrap(area, "[", `](${link})`, words);
    if (insert) wrap(area, `\n\n${insert}\n\n`, "", "");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
