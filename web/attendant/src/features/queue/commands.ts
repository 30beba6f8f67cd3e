export { NextCommand } from "./components/NextCommand";
