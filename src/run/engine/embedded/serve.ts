import { EngineServer, Served, textRoutes, vectorRoutes } from "./http/index.ts";
import type { LogRelay } from "./log-relay.ts";
import type { ServeArgs, Serving } from "./protocol.ts";
import { Session } from "./session.ts";
import { VectorSession } from "./vector-session.ts";

/** Opens the child's server, which says that it is loading, then loads the model behind it. */
export async function serve(
  args: ServeArgs,
  relay: LogRelay,
  onLoading: (share: number) => void,
): Promise<{ serving: Serving; close: () => Promise<void> }> {
  const server = new EngineServer(args.key);
  const port = await server.open();
  if (args.use === "generate") {
    const { session, loaded } = await Session.load(args, relay, onLoading);
    // where devices do the work the processor's threads hardly count
    if (args.threads === undefined && args.settings.gpuLayers !== "all") await session.measureThreads({});
    server.serve(textRoutes(new Served(session, args.name)));
    const serving = {
      ...loaded,
      port,
      slots: session.sequences.count,
      contextPerSlot: session.context.contextSize,
    };
    return {
      serving,
      close: async () => {
        server.close();
        await session.close();
      },
    };
  }
  const { session, loaded } = await VectorSession.load(args, relay, onLoading);
  server.serve(vectorRoutes(session, args.name));
  return {
    serving: { ...loaded, port, slots: 1, contextPerSlot: session.longest },
    close: async () => {
      server.close();
      await session.close();
    },
  };
}
