import { element } from "./element.js";

/** Connects a code block with the button that copies it. Returns a function that shows code in it. */
export function codeBlock(id: string): (code: string) => void {
  const code = element(id, HTMLElement);
  const button = element(`${id}-copy`, HTMLButtonElement);
  const status = element(`${id}-status`, HTMLSpanElement);
  button.addEventListener("click", () => {
    const copied = navigator.clipboard.writeText(code.textContent ?? "");
    copied.then(
      () => (status.textContent = "Copied."),
      () => (status.textContent = "The browser did not allow it. Select the code and copy it."),
    );
  });
  return (text) => {
    code.textContent = text;
    status.textContent = "";
  };
}
