import { reasonPhrases } from "@breakwater/wire";

/**
 * What a status is called where HTTP/2 sends no reason, as Go's net/http and so k6 have it: four by
 * names of RFC 2616 and 4918, which RFC 9110 has changed since.
 */
export const goReasonPhrases: Readonly<Record<number, string>> = {
  ...reasonPhrases,
  413: "Request Entity Too Large",
  414: "Request URI Too Long",
  416: "Requested Range Not Satisfiable",
  422: "Unprocessable Entity",
};
