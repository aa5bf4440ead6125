// Pictures that are shown smaller than they are: a click, or Enter, shows them whole in a frame that scrolls.

export function enlargeable(): void {
  const shown = (target: EventTarget | null) => (target instanceof Element ? target.closest<HTMLImageElement>("figure > img") : null);
  const turn = (picture: HTMLImageElement) => {
    const large = picture.parentElement?.classList.toggle("large") ?? false;
    picture.setAttribute("aria-pressed", String(large));
  };
  for (const picture of document.querySelectorAll<HTMLImageElement>("figure > img")) {
    picture.tabIndex = 0;
    picture.setAttribute("role", "button");
    picture.setAttribute("aria-pressed", "false");
  }
  document.addEventListener("click", (event) => {
    const picture = shown(event.target);
    if (picture) turn(picture);
  });
  document.addEventListener("keydown", (event) => {
    const picture = event.key === "Enter" || event.key === " " ? shown(event.target) : null;
    if (!picture) return;
    event.preventDefault();
    turn(picture);
  });
}
