export { CustomerPane } from "./components/CustomerPane";
export { CustomersPage } from "./components/CustomersPage";
