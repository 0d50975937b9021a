/** Erlang's C: the chance to wait with `servers` servers and an offered load in servers' worth (Erlang 1917). */
export function erlangWaits(servers: number, offered: number): number {
  let below = 0;
  let term = 1;
  for (let k = 0; k < servers; k++) {
    below += term;
    term *= offered / (k + 1);
  }
  const busy = term / (1 - offered / servers);
  return busy / (below + busy);
}

/**
 * Time inside an M/M/k system, the wait and an exponential service of rate `mu` that is not known apart: with Erlang's chance the
 * sum of two exponentials, of rates k mu - lambda and mu, else the service alone.
 */
export function insideMmk(servers: number, arrivalRate: number, mu: number): (x: number) => number {
  const waits = erlangWaits(servers, arrivalRate / mu);
  const drain = servers * mu - arrivalRate;
  return (x) => {
    const alone = -Math.expm1(-mu * x);
    const both = 1 - (drain * Math.exp(-mu * x) - mu * Math.exp(-drain * x)) / (drain - mu);
    return (1 - waits) * alone + waits * both;
  };
}

/** In service times. Terms of Erlang's series alternate and grow: beyond this their sum has no digits left. */
const SERIES_LIMIT = 12;

/**
 * Wait in an M/D/1 system, in service times (Erlang 1909): P(W <= x) = (1 - load) sum over k <= x of
 * (-load (x - k))^k / k! e^(load (x - k)). Beyond `SERIES_LIMIT` the tail is the exponential that it has become there, with the
 * positive root s of load (e^s - 1) = s (Cramer and Lundberg).
 */
export function waitMd1(load: number): (x: number) => number {
  const series = (x: number) => {
    let sum = 0;
    for (let k = 0; k <= x; k++) {
      const y = load * (x - k);
      let term = Math.exp(y);
      for (let at = 1; at <= k; at++) term *= -y / at;
      sum += term;
    }
    return (1 - load) * sum;
  };
  let decay = (2 * (1 - load)) / load;
  for (let step = 0; step < 50; step++) decay -= (load * Math.expm1(decay) - decay) / (load * Math.exp(decay) - 1);
  const tail = 1 - series(SERIES_LIMIT);
  return (x) => (x <= SERIES_LIMIT ? series(x) : 1 - tail * Math.exp(-decay * (x - SERIES_LIMIT)));
}
