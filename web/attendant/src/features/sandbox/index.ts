export { PhonePanel } from "./components/PhonePanel";
export { PhoneToggle } from "./components/PhoneToggle";
export { TryAsCustomer } from "./components/TryAsCustomer";
export { usePhone } from "./phonePanel";
