// The ways to take a chat along, in the chat's own menu and in the header.
import { useState, useSyncExternalStore } from "react";
import { DropdownMenu } from "@radix-ui/themes";
import { Download, X } from "lucide-react";
import { download, exporter } from "./exporter.js";

const FORMATS = [
  { format: "pdf", name: "PDF" },
  { format: "markdown", name: "Markdown" },
  { format: "html", name: "HTML" },
  { format: "docx", name: "DOCX" },
  { format: "json", name: "JSON" },
];

/** The header's button, and where it is said how an export goes. */
export function ExportMenu({ chatId }) {
  return (
    <>
      {chatId ? (
        <DropdownMenu.Root modal={false}>
          <DropdownMenu.Trigger>
            <button aria-label="Export" className="icon-button" title="Export" type="button"><Download /></button>
          </DropdownMenu.Trigger>
          <DropdownMenu.Content align="end"><Items chatId={chatId} /></DropdownMenu.Content>
        </DropdownMenu.Root>
      ) : null}
      <Status />
    </>
  );
}

/** The same as a part of another menu. */
export function ExportSubmenu({ chatId }) {
  return (
    <DropdownMenu.Sub>
      <DropdownMenu.SubTrigger><Download size={16} />Export</DropdownMenu.SubTrigger>
      <DropdownMenu.SubContent><Items chatId={chatId} /></DropdownMenu.SubContent>
    </DropdownMenu.Sub>
  );
}

/** The same for many chats, as one ZIP. */
export function ExportChosen({ disabled, onExport }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger disabled={disabled}>
        <button className="button quiet small" type="button">Export</button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Content align="start">
        {FORMATS.map(({ format, name }) => (
          <DropdownMenu.Item key={format} onSelect={() => onExport(format)}>{name}</DropdownMenu.Item>
        ))}
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  );
}

function Items({ chatId }) {
  const [whole, setWhole] = useState(false);
  const stay = (event) => event.preventDefault();
  return (
    <>
      {FORMATS.map((one) => (
        <DropdownMenu.Item key={one.format} onSelect={() => download(chatId, { ...one, whole })}>{one.name}</DropdownMenu.Item>
      ))}
      <DropdownMenu.Separator />
      <DropdownMenu.CheckboxItem checked={whole} onCheckedChange={setWhole} onSelect={stay}>
        With every version
      </DropdownMenu.CheckboxItem>
    </>
  );
}

function Status() {
  const said = useSyncExternalStore(exporter.subscribe, exporter.get, exporter.atFirst);
  return (
    <div className={said ? "notice exporting" : "visually-hidden"} data-failed={said?.failed} role="status">
      {said ? <span>{said.text}</span> : null}
      {said?.failed ? (
        <button aria-label="Close" className="icon-button" onClick={exporter.close} type="button"><X /></button>
      ) : null}
    </div>
  );
}
