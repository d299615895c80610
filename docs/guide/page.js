for (const button of document.querySelectorAll("button.copy")) {
  const code = button.parentElement.querySelector("code");
  const face = button.firstElementChild;
  const before = face.textContent;
  const said = document.getElementById("said");
  button.hidden = false;
  button.addEventListener("click", async () => {
    let word = said.dataset.done;
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      getSelection().selectAllChildren(code);
      word = said.dataset.select;
    }
    face.textContent = said.textContent = word;
    setTimeout(() => { face.textContent = before; said.textContent = ""; }, 4000);
  });
}
