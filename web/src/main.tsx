/** The page's start. */
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { enter } from "./analysis/address";
import { ApiError } from "./api/client";
import { App } from "./app/App";
import "./ui/ui.css";
import "./app/app.css";
import "./analysis/analysis.css";
import "./smart/smart.css";

const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    // Whoever is not signed in any more is asked to sign in again.
    onError: (error) => {
      if (error instanceof ApiError && error.status === 401)
        void client.resetQueries({ queryKey: ["session"] });
    },
  }),
  defaultOptions: {
    queries: {
      // Answers change when the server says that it holds more (app/App), not by themselves.
      staleTime: 60_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => count < 2 && error instanceof ApiError && error.transient,
    },
  },
});

enter();
createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
