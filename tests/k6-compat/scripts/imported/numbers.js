import http from "k6/http";

export { sleep as pause } from "k6";
export default (code) => http.get(`${__ENV.HTTP}/status/${code}`).status;
export const three = 3;
