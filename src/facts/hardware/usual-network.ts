/**
 * A network that was not described: wired gigabit, of which 118 MB/s reach a program; a message there and back through two kernels
 * and an engine's own protocol takes 150 us. Both assumed.
 */
export const USUAL_NETWORK = { label: "1 Gb/s", bytesPerSec: 0.118e9, messageSeconds: 150e-6 } as const;
