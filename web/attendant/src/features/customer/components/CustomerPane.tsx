import { useTranslation } from "react-i18next";

import { ContactPrivacy, ErasedCustomer, ShownReceipt } from "@/features/privacy";
import type { Conversation } from "@/shared/api/types";
import { useConversation } from "@/shared/conversations/queries";
import { useTaken } from "@/shared/conversations/taken";
import { ErrorState } from "@/shared/ui/ErrorState";
import { Bar } from "@/shared/ui/Skeletons";

import { useCustomer } from "../api/customer";
import { Blocking } from "./Blocking";
import { ChannelFacts } from "./ChannelFacts";
import classes from "./customer.module.css";
import { Duplicates } from "./Duplicates";
import { Facts } from "./Facts";
import { Files } from "./Files";
import { History } from "./History";
import { Identities } from "./Identities";
import { Merges } from "./Merges";
import { Notes } from "./Notes";
import { OtherFiles } from "./OtherFiles";
import { CustomerRecord } from "./Record";
import { Rating } from "./Rating";

interface Props {
  conversationId: string;
}

/** Who the customer of this conversation is, and what was said before. */
export function CustomerPane(props: Props) {
  const taken = useTaken(props.conversationId);
  return (
    <>
      {taken === null ? <OpenPane {...props} /> : taken.erased !== undefined && <ErasedPane contactId={taken.erased} />}
      <ShownReceipt />
    </>
  );
}

function ErasedPane({ contactId }: { contactId: string }) {
  const { t } = useTranslation("customer");
  return (
    <section className={classes.pane} aria-label={t("title")}>
      <ErasedCustomer contactId={contactId} />
    </section>
  );
}

function OpenPane({ conversationId }: Props) {
  const { t } = useTranslation("customer");
  const { data: conversation, error, refetch, isFetching } = useConversation(conversationId);
  return (
    <section className={classes.pane} aria-label={t("title")}>
      {conversation ? (
        <Customer conversation={conversation} />
      ) : error ? (
        <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />
      ) : (
        <PaneSkeleton />
      )}
    </section>
  );
}

function Customer({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation("customer");
  const { data: contact, error, refetch, isFetching } = useCustomer(conversation.contact.id);
  if (contact === undefined) {
    if (error === null) return <PaneSkeleton />;
    return <ErrorState error={error} title={t("failed")} retry={() => void refetch()} retrying={isFetching} compact />;
  }
  return (
    <>
      <Facts contact={contact} merged={contact.id !== conversation.contact.id} />
      <Duplicates contact={contact} />
      <CustomerRecord contact={contact} />
      <ChannelFacts conversation={conversation} />
      <Rating conversation={conversation} />
      <History contactId={contact.id} current={conversation} />
      <Notes contact={contact} />
      <Identities contact={contact} />
      <Merges contact={contact} />
      <Files conversationId={conversation.id} />
      <OtherFiles contactId={contact.id} current={conversation.id} />
      <Blocking contact={contact} />
      <ContactPrivacy contact={contact} />
    </>
  );
}

function PaneSkeleton() {
  return (
    <div className={classes.skeleton} aria-busy="true">
      <Bar width={48} height={48} round />
      <Bar width="60%" height={16} />
      <Bar width="80%" />
      <Bar width="70%" />
      <Bar width="40%" />
      <Bar height={56} />
      <Bar height={56} />
    </div>
  );
}
