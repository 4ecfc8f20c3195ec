// Stands in for https://jslib.k6.io/form-urlencoded/3.0.0/index.js.

/**
 * An object as application/x-www-form-urlencoded; nested ones as `a[b]=1`, arrays as `a[0]=1`, or
 * `a[]=1` with `skipIndex`. Also `sorted` and `ignorenull`.
 */
function formurlencoded(data, { sorted = false, skipIndex = false, ignorenull = false } = {}) {
  const keysOf = (object) =>
    sorted ? Object.keys(object).sort((a, b) => (a < b ? -1 : 1)) : Object.keys(object);
  const pairs = (name, value) => {
    if (value === null) return ignorenull ? [] : [`${encode(name)}=null`];
    if (/^(string|number|boolean)$/.test(typeof value)) return [`${encode(name)}=${encode(value)}`];
    if (Array.isArray(value)) {
      if (value.length === 0) return [encode(`${name}[]`)];
      return value.flatMap((item, at) => pairs(`${name}[${skipIndex ? "" : at}]`, item));
    }
    if (typeof value !== "object") return [];
    return keysOf(value).flatMap((key) => pairs(`${name}[${key}]`, value[key]));
  };
  if (!data) return data;
  return keysOf(data)
    .flatMap((key) => pairs(key, data[key]))
    .join("&");
}

function encode(value) {
  const hex = (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  const escaped = encodeURIComponent(String(value).toWellFormed());
  return escaped.replaceAll("%20", "+").replace(/[!'()~*]/g, hex);
}

export { formurlencoded as default };
