/**
 * How a connection gets messages: `["env",ENVELOPE]`, `{"type":"envelope",…}`, or as the
 * claude-bridge has them, `{id,timestamp,from,to?,message}`.
 */
export type DeliveryForm = "array" | "object" | "message";

export const deliveryForms: readonly DeliveryForm[] = ["array", "object", "message"];

/** Of a frame or a URL. */
export function tryDeliveryForm(text: string): DeliveryForm | undefined {
  return deliveryForms.find((form) => form === text);
}
