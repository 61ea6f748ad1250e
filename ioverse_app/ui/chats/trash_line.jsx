// A line of the trash: what was deleted, for how long it can be brought back, and both ways out.
import { memo } from "react";
import { DropdownMenu } from "@radix-ui/themes";
import { RotateCcw, Trash2 } from "lucide-react";
import { daysLeft } from "./chat_store.js";
import { RowMenu } from "./row_menu.jsx";

export const TrashLine = memo(function TrashLine({ line, now, keptDays, does }) {
  const days = daysLeft(line.deletedAt, now, keptDays);
  const items = (choose) => (
    <>
      <DropdownMenu.Item onSelect={choose(() => does.current.onRestore([line.id]))}>
        <RotateCcw size={16} />Restore
      </DropdownMenu.Item>
      <DropdownMenu.Item color="red" onSelect={choose(() => does.current.onErase([line.id], line.title))}>
        <Trash2 size={16} />Delete for good
      </DropdownMenu.Item>
    </>
  );
  return (
    <div className="chat-row" data-chat={line.id}>
      <div className="deleted">
        <span title={line.title}>{line.title}</span>
        <small>{days === 1 ? "1 day left" : `${days} days left`}</small>
      </div>
      <RowMenu items={items} label="Chat menu" />
    </div>
  );
});
