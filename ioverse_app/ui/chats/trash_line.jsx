// A line of the trash: what was deleted, for how long it can be brought back, and both ways out.
import { memo } from "react";
import { DropdownMenu } from "@radix-ui/themes";
import { Ellipsis, RotateCcw, Trash2 } from "lucide-react";
import { daysLeft } from "./chat_store.js";

export const TrashLine = memo(function TrashLine({ line, now, keptDays, does }) {
  const days = daysLeft(line.deletedAt, now, keptDays);
  return (
    <div className="chat-row" data-chat={line.id}>
      <div className="deleted">
        <span title={line.title}>{line.title}</span>
        <small>{days === 1 ? "1 day left" : `${days} days left`}</small>
      </div>
      <DropdownMenu.Root>
        <DropdownMenu.Trigger>
          <button aria-label="Chat menu" className="icon-button" type="button"><Ellipsis /></button>
        </DropdownMenu.Trigger>
        <DropdownMenu.Content>
          <DropdownMenu.Item onSelect={() => does.current.onRestore([line.id])}>
            <RotateCcw size={16} />Restore
          </DropdownMenu.Item>
          <DropdownMenu.Item color="red" onSelect={() => does.current.onErase([line.id], line.title)}>
            <Trash2 size={16} />Delete for good
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Root>
    </div>
  );
});
