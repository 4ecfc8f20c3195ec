import type { Database, QueryOptions } from "@breakwater/database";
import { hashPassword, isPassword } from "./passwords.ts";

export type Role = "user" | "admin";

/** As the API shows it. */
export interface User {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: string;
}

export interface NewUser {
  readonly username: string;
  readonly name: string;
  readonly password: string;
  readonly role: Role;
}

export interface Page {
  readonly limit: number;
  readonly offset: number;
}

interface UserRow {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  readonly created_at: string;
}

const COLUMNS = "id, username, name, role, created_at";

/** Users in the database. Rejects with DatabaseError. */
export class UserStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Oldest first: their ids begin with the time (UUID version 7). */
  async list({ limit, offset }: Page, how: QueryOptions = {}): Promise<readonly User[]> {
    const text = `SELECT ${COLUMNS} FROM users ORDER BY id LIMIT ? OFFSET ?`;
    const rows = await this.#database.query<UserRow>(text, [limit, offset], how);
    return rows.map(toUser);
  }

  async count(how: QueryOptions = {}): Promise<number> {
    const text = "SELECT CAST(COUNT(*) AS INTEGER) AS total FROM users";
    const [row] = await this.#database.query<{ readonly total: number }>(text, [], how);
    return row?.total ?? 0;
  }

  async find(id: string, how: QueryOptions = {}): Promise<User | undefined> {
    const text = `SELECT ${COLUMNS} FROM users WHERE id = ?`;
    const [row] = await this.#database.query<UserRow>(text, [id], how);
    return row && toUser(row);
  }

  /** The user whose name and password these are. */
  async findByPassword(
    { username, password }: Pick<NewUser, "username" | "password">,
    how: QueryOptions = {},
  ): Promise<User | undefined> {
    const text = `SELECT ${COLUMNS}, password_hash FROM users WHERE username = ?`;
    const [row] = await this.#database.query<UserRow & { readonly password_hash: string }>(
      text,
      [username],
      how,
    );
    const isRight = await isPassword(password, row?.password_hash);
    return isRight && row ? toUser(row) : undefined;
  }

  /** Undefined if somebody has that name already. */
  async add(
    { username, name, role, password }: NewUser,
    how: QueryOptions = {},
  ): Promise<User | undefined> {
    const text =
      "INSERT INTO users (id, username, name, role, password_hash, created_at)" +
      ` VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (username) DO NOTHING RETURNING ${COLUMNS}`;
    const created = new Date().toISOString();
    const hash = await hashPassword(password);
    const values = [Bun.randomUUIDv7(), username, name, role, hash, created];
    const [row] = await this.#database.query<UserRow>(text, values, how);
    return row && toUser(row);
  }
}

function toUser({ id, username, name, role, created_at: createdAt }: UserRow): User {
  return { id, username, name, role, createdAt };
}
