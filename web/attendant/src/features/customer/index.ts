export { CustomerPane } from "./components/CustomerPane";
