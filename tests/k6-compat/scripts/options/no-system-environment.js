// k6: --include-system-env-vars=false -e GIVEN=yes
// env: SYSTEM=hidden
export default function () {
  console.log(__ENV.SYSTEM, __ENV.GIVEN, JSON.stringify(Object.keys(__ENV)));
}
