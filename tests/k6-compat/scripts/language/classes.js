import { check } from "k6";
import http from "k6/http";

class Base {
  #count = 0;
  static made = 0;
  static make(...args) {
    Base.made += 1;
    return new this(...args);
  }
  name = "base";
  get count() {
    return this.#count;
  }
  set path(path) {
    this.where = `${__ENV.HTTP}${path}`;
  }
  request(method = "GET", { body = null, ...params } = {}) {
    this.#count += 1;
    return http.request(method, this.where, body, params);
  }
  #secret() {
    return this.request().status;
  }
  open() {
    return this.#secret();
  }
  ["comp" + "uted"]() {
    return this.request("PUT").status;
  }
}
class Child extends Base {
  constructor(path) {
    super();
    this.path = path;
  }
  request(...args) {
    const response = super.request(...args);
    check(response, { "is fine": ({ status }) => status < 300 });
    return response;
  }
}
const mixed = (Parent) =>
  class extends Parent {
    twice() {
      return [this.open(), this.open()];
    }
  };

export default function () {
  const child = Child.make("/status/201");
  console.log(child.open(), child.computed(), child.count, Base.made, child.name);
  const Mixed = mixed(Child);
  console.log(new Mixed("/status/202").twice().join());
  console.log(Child.prototype.request.call(child, "POST").status);
  console.log(child instanceof Base, Reflect.apply(child.open, child, []));
  const bound = child.open.bind(child);
  console.log(bound());
}
