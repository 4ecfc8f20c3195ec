throw new Error(
  'Cannot import "breakwater" here: `bw run SCRIPT` provides it to the script it runs',
);
