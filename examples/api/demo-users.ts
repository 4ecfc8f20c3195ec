import type { Logger } from "@breakwater/service";
import type { NewUser, UserStore } from "./user-store.ts";

const demoUsers: readonly NewUser[] = [
  { username: "demo", password: "demo", name: "Demo", role: "user" },
  { username: "admin", password: "admin", name: "Admin", role: "admin" },
];

/** Users whose passwords everybody knows, unless they are there already. */
export async function addDemoUsers(users: UserStore, logger: Logger): Promise<void> {
  for (const user of demoUsers) await users.add(user);
  logger.warn("Anybody can log in as demo/demo and admin/admin: start with --no-demo for real use");
}
