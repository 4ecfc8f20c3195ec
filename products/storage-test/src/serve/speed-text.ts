/**
 * "90.20 MB/s". An MB is 2^20 bytes and the seed's 1 GB is 1,024 of them: only so do its figures
 * come out (11,353 ms: 90.20, not 88.08; 24.46 s: 41.86, not 40.88).
 */
export function speedText(bytes: number, ms: number): string {
  return `${(bytes / 2 ** 20 / (ms / 1000)).toFixed(2)} MB/s`;
}
