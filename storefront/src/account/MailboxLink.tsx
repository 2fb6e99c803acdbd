import { useServices } from '../page/services';
import { texts } from '../texts';

/** Where codes arrive on the embedded cloud; nothing elsewhere. */
export function MailboxLink() {
  const { local } = useServices().config;
  return (
    local && (
      <p className="hint">
        <a href={local.mailboxUrl} target="_blank" rel="noreferrer">
          {texts.mailbox}
        </a>
      </p>
    )
  );
}
