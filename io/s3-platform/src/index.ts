export { type ParseXmlOptions, parseXml } from "./parse-xml.ts";
export { platformHashes } from "./platform-hashes.ts";
export { startChecksum, startMd5 } from "./start-checksum.ts";
