/** Tells administrators of webhooks that were disabled; apart from their pages, which few of them open that day. */
export const loadWebhookNotice = () => import("./WebhookNotice");
