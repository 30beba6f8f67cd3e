export { Composer } from "./components/Composer";
