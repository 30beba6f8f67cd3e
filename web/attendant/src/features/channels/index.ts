export { ChannelPage } from "./components/ChannelPage";
export { ChannelsPage } from "./components/ChannelsPage";
export { ConnectPage } from "./components/ConnectPage";
export { SetupPage } from "./components/SetupPage";
export { useChannels } from "./api/channels";
