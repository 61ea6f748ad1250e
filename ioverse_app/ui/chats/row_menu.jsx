// The button at the end of a line, and its menu, which is only there while it is open: lists are long.
import { useRef, useState } from "react";
import { DropdownMenu } from "@radix-ui/themes";
import { Ellipsis } from "lucide-react";

/** `items(choose)`: an item is `onSelect={choose(run)}`. What it runs may answer "takes focus". */
export function RowMenu({ label, items }) {
  const [open, setOpen] = useState(false);
  const button = useRef(null);
  const chosen = useRef(null);
  // What is chosen happens once the menu is gone: until then it holds the focus.
  const choose = (run) => () => (chosen.current = run);
  const closed = (event) => {
    event.preventDefault();
    const [run] = [chosen.current, (chosen.current = null)];
    if (run?.() !== "takes focus") button.current?.focus();
  };
  return (
    <>
      {open ? (
        <DropdownMenu.Root modal={false} onOpenChange={setOpen} open>
          <DropdownMenu.Trigger><span aria-hidden="true" className="menu-anchor" /></DropdownMenu.Trigger>
          <DropdownMenu.Content onCloseAutoFocus={closed}>{items(choose)}</DropdownMenu.Content>
        </DropdownMenu.Root>
      ) : null}
      <button aria-expanded={open} aria-haspopup="menu" aria-label={label} className="icon-button"
        data-state={open ? "open" : "closed"} onClick={() => setOpen(true)} ref={button} type="button">
        <Ellipsis />
      </button>
    </>
  );
}
