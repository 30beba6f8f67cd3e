export { NextCommand } from "./components/NextCommand";
export { QueueHead } from "./components/QueueHead";
export { QueueLine } from "./components/QueueLine";
