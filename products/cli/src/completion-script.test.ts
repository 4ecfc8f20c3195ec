import { expect, test } from "bun:test";
import { Command } from "commander";
import { completionScript, shells } from "./completion-script.ts";

function program(): Command {
  const made = new Command("bw").option("-q, --quiet", "nothing but results");
  made.command("run").description("it's a load: run it").option("-u, --vus <n>", "how many");
  made.command("hidden", { hidden: true });
  return made;
}

test.each([...shells])("%s completes commands and their flags", (shell) => {
  const text = completionScript(shell, program());
  expect(text).toMatch(/\brun\b/);
  expect(text).toMatch(/(--|-l )vus/);
  expect(text).toMatch(/(--|-l )quiet/);
  expect(text).not.toContain("hidden");
});

test("bash takes what it is given", () => {
  const script = `${completionScript("bash", program())}
COMP_WORDS=(bw run --v) COMP_CWORD=2; _bw; echo "\${COMPREPLY[@]}"
COMP_WORDS=(bw r) COMP_CWORD=1; _bw; echo "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = Bun.spawnSync(["bash", "-c", script]);
  expect({ stdout: String(stdout), stderr: String(stderr) }).toEqual({
    stdout: "--vus\nrun\n",
    stderr: "",
  });
});
