import { element } from "./element.js";

/** Shows code, with a button that copies it. */
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
