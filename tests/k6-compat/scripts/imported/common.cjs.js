let calls = 0;
module.exports = {
  twice: (n) => n * 2,
  count() {
    calls += 1;
    return calls;
  },
};
