// Passkeys: asks the server for options, the browser for a signature, and sends the answer as an ordinary form.

const bytes = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
};

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const decoded = (options) => {
  const made = { ...options, challenge: bytes(options.challenge) };
  if (options.user) made.user = { ...options.user, id: bytes(options.user.id) };
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    if (options[list]) made[list] = options[list].map((key) => ({ ...key, id: bytes(key.id) }));
  }
  return made;
};

const encoded = (credential) => {
  const { response } = credential;
  const said = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) {
    said.attestationObject = text(response.attestationObject);
    said.transports = response.getTransports ? response.getTransports() : [];
  } else {
    said.authenticatorData = text(response.authenticatorData);
    said.signature = text(response.signature);
    if (response.userHandle) said.userHandle = text(response.userHandle);
  }
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response: said };
};

const ask = async (form) => {
  const answer = await fetch(form.dataset.options, {
    method: "POST",
    headers: { "X-CSRFToken": form.elements.csrf_token.value, Accept: "application/json" },
    redirect: "manual",
  });
  if (answer.type === "opaqueredirect") {
    location.reload();
    return null;
  }
  const said = await answer.json();
  if (said.location) location.assign(said.location);
  if (said.error) throw new Error(said.error);
  const publicKey = decoded(said);
  return form.dataset.passkey === "create"
    ? navigator.credentials.create({ publicKey })
    : navigator.credentials.get({ publicKey });
};

const sentence = (form, error) => {
  if (error.name === "NotAllowedError" || error.name === "AbortError") return form.dataset.cancelled;
  if (error.name === "InvalidStateError") return form.dataset.known;
  return error.constructor === Error ? error.message : form.dataset.failed;
};

const submit = async (form) => {
  const say = form.querySelector("[data-passkey-say]");
  const button = form.querySelector("button[type=submit]");
  say.hidden = true;
  button.disabled = true;
  try {
    const credential = await ask(form);
    if (!credential) return;
    form.elements.answer.value = JSON.stringify(encoded(credential));
    form.submit();
  } catch (error) {
    say.textContent = sentence(form, error);
    say.hidden = false;
  } finally {
    button.disabled = false;
  }
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(form);
  });
  if (!window.PublicKeyCredential) {
    const say = form.querySelector("[data-passkey-say]");
    say.textContent = form.dataset.unable;
    say.hidden = false;
    form.querySelector("button[type=submit]").disabled = true;
  }
}
for (const note of document.querySelectorAll("[data-without-script]")) note.hidden = true;
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
