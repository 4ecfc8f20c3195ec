// k6: --config HERE/no-such-file.json
export default function () {}
