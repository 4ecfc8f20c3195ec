export default function () {
  var a = 1;
  var a = 2;
  {
    let a = 3;
    console.log(a);
  }
  console.log(a, arguments.length, typeof this);
}
export { other as exec };

function other() {}
