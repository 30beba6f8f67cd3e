import { MarksPage } from "./MarksPage";

export { TypesPage } from "./TypesPage";

/** What messages are marked with. */
export const TagsPage = () => <MarksPage kind="tag" />;

/** What customers are marked with. */
export const LabelsPage = () => <MarksPage kind="label" />;
