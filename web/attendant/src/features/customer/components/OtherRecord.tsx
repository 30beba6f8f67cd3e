import { Modal, TextInput, UnstyledButton } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Contact } from "@/shared/api/types";
import { ErrorState } from "@/shared/ui/ErrorState";
import { Bar } from "@/shared/ui/Skeletons";

import { TYPING_MS, useCustomers } from "../api/customers";
import { CustomerLine } from "./CustomerLine";
import classes from "./record.module.css";

const SHOWN = 20;

interface Props {
  /** The customer who is no choice. */
  contact: Contact;
  choose: (other: Contact) => void;
  close: () => void;
}

/** Finds the other record of the same customer. */
export function OtherRecord({ contact, choose, close }: Props) {
  const { t } = useTranslation("customer");
  const { t: common } = useTranslation("app");
  const [typed, setTyped] = useState("");
  const [question] = useDebouncedValue(typed.trim(), TYPING_MS);
  const list = useCustomers(question);
  const found = list.data?.filter(({ id }) => id !== contact.id).slice(0, SHOWN);
  return (
    <Modal
      opened
      onClose={close}
      title={t("merges.choose")}
      size={420}
      padding="md"
      closeButtonProps={{ "aria-label": common("actions.close") }}
    >
      <TextInput
        data-autofocus
        type="search"
        leftSection={<IconSearch size={18} aria-hidden />}
        aria-label={t("page.search")}
        placeholder={t("page.search")}
        maxLength={200}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {list.isPending && (
        <div className={classes.choices} aria-busy="true">
          <Bar height={48} />
          <Bar height={48} />
        </div>
      )}
      {found === undefined && list.error && (
        <ErrorState error={list.error} retry={() => void list.refetch()} retrying={list.isFetching} compact />
      )}
      {found?.length === 0 && <p className={classes.nobody}>{t("page.nothing_found_text")}</p>}
      <ul className={classes.choices} aria-label={t("page.title")}>
        {found?.map((other) => (
          <li key={other.id}>
            <UnstyledButton className={classes.choice} onClick={() => choose(other)}>
              <CustomerLine contact={other} />
            </UnstyledButton>
          </li>
        ))}
      </ul>
    </Modal>
  );
}
