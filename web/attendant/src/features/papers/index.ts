/** Files that are made for somebody: transcripts of conversations. */
export { TranscriptDialog } from "./components/TranscriptDialog";
