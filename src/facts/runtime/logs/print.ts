/**
 * Bytes as `printf("%.Nf", bytes / 1024.0 / 1024.0)` prints them. Dividing by a power of two is exact, so the only rounding
 * is printf's: to nearest, ties to even (97.125 prints 97.12). `toFixed` rounds ties up and would differ there.
 */
export function printMiB(bytes: number, decimals: number): string {
  const scale = 10n ** BigInt(decimals);
  const scaled = BigInt(Math.round(bytes)) * scale;
  const unit = 2n ** 20n;
  let whole = scaled / unit;
  const twice = 2n * (scaled % unit);
  if (twice > unit || (twice === unit && whole % 2n === 1n)) whole += 1n;
  const digits = whole.toString().padStart(decimals + 1, "0");
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
