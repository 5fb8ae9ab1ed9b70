// What somebody is writing outlives the end of their session: kept in this tab until it was sent.

const form = document.querySelector("form[data-keep]");
const sent = "osiedle.sent";

if (sessionStorage.getItem(sent) && document.querySelector(".flashes .notice-good")) {
  sessionStorage.removeItem(sessionStorage.getItem(sent));
}
sessionStorage.removeItem(sent);

if (form) {
  const key = `osiedle.keep:${form.dataset.keep}`;
  const fields = [...form.querySelectorAll("textarea[name], input[type=text][name]")];
  const kept = JSON.parse(sessionStorage.getItem(key) || "{}");
  let restored = false;
  for (const field of fields) {
    if (!field.value && kept[field.name]) {
      field.value = kept[field.name];
      restored = true;
    }
  }
  const say = document.getElementById("kept");
  if (restored && say) say.hidden = false;
  form.addEventListener("input", () => {
    const values = Object.fromEntries(fields.map((field) => [field.name, field.value]));
    sessionStorage.setItem(key, JSON.stringify(values));
  });
  form.addEventListener("submit", () => sessionStorage.setItem(sent, key));
}
