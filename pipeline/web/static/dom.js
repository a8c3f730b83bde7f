// Elements. Text always goes in as text, never as markup.

export const $ = (id) => document.getElementById(id);

export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

export function svg(name, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

// The colours of a model's labels.
export function colour(model) {
  const sheet = $("themes");
  if (!sheet.href.endsWith(`/themes/${model}.css`)) sheet.href = `/themes/${model}.css`;
}

export function tell(text) {
  const message = $("message");
  message.textContent = text;
  message.hidden = !text;
}

// What cannot be undone is asked for twice; leaving the button takes the first time back.
export function askTwice(button, question, act) {
  const words = button.textContent;
  const calm = () => {
    delete button.dataset.asked;
    button.textContent = words;
  };
  button.addEventListener("click", async () => {
    if (!button.dataset.asked) {
      button.dataset.asked = "1";
      button.textContent = question();
      return;
    }
    calm();
    await act();
  });
  button.addEventListener("blur", calm);
}
