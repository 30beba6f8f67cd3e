import { ActionIcon, Button, TextInput, VisuallyHidden } from "@mantine/core";
import { useDebouncedValue, useMediaQuery } from "@mantine/hooks";
import { IconArrowLeft, IconSearch, IconUserPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { ContactPrivacy, ErasedCustomer, ShownReceipt } from "@/features/privacy";
import type { Contact } from "@/shared/api/types";
import { useErased } from "@/shared/conversations/taken";
import { useMay } from "@/shared/session/SessionProvider";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorState } from "@/shared/ui/ErrorState";
import { Bar, PageSkeleton } from "@/shared/ui/Skeletons";
import { usePageTitle } from "@/shared/ui/pageTitle";

import { useCustomer } from "../api/customer";
import { TYPING_MS, useCustomers } from "../api/customers";
import { Blocking } from "./Blocking";
import { CustomerLine } from "./CustomerLine";
import { Duplicates } from "./Duplicates";
import { Facts } from "./Facts";
import { History } from "./History";
import { Identities } from "./Identities";
import { Merges } from "./Merges";
import { NewCustomer } from "./NewCustomer";
import { Notes } from "./Notes";
import { OtherFiles } from "./OtherFiles";
import { CustomerRecord } from "./Record";
import classes from "./record.module.css";

/** All customers: a list that is searched, and the record of one beside it. */
export function CustomersPage() {
  const { t } = useTranslation("customer");
  const { contactId } = useParams();
  const narrow = useMediaQuery("(max-width: 48em)");
  usePageTitle(t("page.title"));
  const showsList = !narrow || contactId === undefined;
  return (
    <div className={classes.page}>
      {showsList && <CustomerList selected={contactId} />}
      {(!narrow || contactId !== undefined) && (
        <section className={classes.pageRecord} aria-label={t("title")}>
          {contactId === undefined ? (
            <div className={classes.unchosen}>
              <EmptyState title={t("page.choose")} compact />
            </div>
          ) : (
            <PresentCustomer key={contactId} id={contactId} back={narrow} />
          )}
        </section>
      )}
    </div>
  );
}

function CustomerList({ selected }: { selected: string | undefined }) {
  const { t } = useTranslation("customer");
  const [typed, setTyped] = useState("");
  const [question] = useDebouncedValue(typed.trim(), TYPING_MS);
  const [adding, setAdding] = useState(false);
  const list = useCustomers(question);
  const may = useMay("contacts:write");
  const add = may && (
    <Button size="compact-sm" leftSection={<IconUserPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
      {t("page.new")}
    </Button>
  );
  return (
    <div className={classes.pageList}>
      <header className={classes.pageHead}>
        <h1>{t("page.title")}</h1>
        <span />
        {add}
      </header>
      <div className={classes.pageHead}>
        <IconSearch size={16} aria-hidden />
        <TextInput
          type="search"
          aria-label={t("page.search")}
          placeholder={t("page.search")}
          maxLength={200}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      </div>
      {list.isPending && <ListSkeleton />}
      {list.data === undefined && list.error && (
        <ErrorState error={list.error} retry={() => void list.refetch()} retrying={list.isFetching} compact />
      )}
      {list.data?.length === 0 && (
        <EmptyState
          compact
          title={t(question ? "page.nothing_found" : "page.none")}
          text={t(question ? "page.nothing_found_text" : "page.none_text")}
        />
      )}
      <ul className={classes.rows} aria-label={t("page.title")}>
        {list.data?.map((contact) => (
          <li key={contact.id}>
            <Row contact={contact} current={contact.id === selected} />
          </li>
        ))}
        {list.hasNextPage && (
          <li>
            <Button
              variant="subtle"
              fullWidth
              loading={list.isFetchingNextPage}
              onClick={() => void list.fetchNextPage()}
            >
              {t("page.more")}
            </Button>
          </li>
        )}
      </ul>
      {adding && <NewCustomer close={() => setAdding(false)} />}
    </div>
  );
}

function Row({ contact, current }: { contact: Contact; current: boolean }) {
  return (
    <Link to={`/contacts/${contact.id}`} className={classes.row} aria-current={current ? "page" : undefined}>
      <CustomerLine contact={contact} />
    </Link>
  );
}

function PresentCustomer(props: { id: string; back: boolean }) {
  return (
    <>
      {useErased(props.id) ? <Gone {...props} /> : <CustomerOf {...props} />}
      <ShownReceipt />
    </>
  );
}

/** To the list, which a small screen does not show beside the record. */
function Back() {
  const { t } = useTranslation("customer");
  return (
    <div className={classes.back}>
      <VisuallyHidden component="h1">{t("page.title")}</VisuallyHidden>
      <ActionIcon component={Link} to="/contacts" size={40} aria-label={t("page.back")}>
        <IconArrowLeft size={18} aria-hidden />
      </ActionIcon>
    </div>
  );
}

function Gone({ id, back }: { id: string; back: boolean }) {
  return (
    <>
      {back && <Back />}
      <ErasedCustomer contactId={id} />
    </>
  );
}

function CustomerOf({ id, back }: { id: string; back: boolean }) {
  const { t } = useTranslation("customer");
  const { data: contact, error, refetch, isFetching } = useCustomer(id);
  const mayRead = useMay("conversations:read");
  if (contact === undefined) {
    if (error === null) return <PageSkeleton />;
    return <ErrorState error={error} title={t("failed")} retry={() => void refetch()} retrying={isFetching} />;
  }
  return (
    <div>
      {back && <Back />}
      <Facts contact={contact} merged={contact.id !== id} />
      <Duplicates contact={contact} />
      <CustomerRecord contact={contact} />
      {mayRead && <History contactId={contact.id} />}
      <Notes contact={contact} />
      <Identities contact={contact} />
      <Merges contact={contact} />
      {mayRead && <OtherFiles contactId={contact.id} />}
      <Blocking contact={contact} />
      <ContactPrivacy contact={contact} />
    </div>
  );
}

function ListSkeleton() {
  return (
    <div className={classes.rows} aria-busy="true">
      {[1, 2, 3, 4, 5, 6].map((place) => (
        <div key={place} className={classes.row}>
          <Bar width={36} height={36} round />
          <Bar width="60%" />
        </div>
      ))}
    </div>
  );
}
