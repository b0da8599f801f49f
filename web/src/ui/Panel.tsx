/** A part of the page with an answer behind it: first loading, again loading, failure, content. */
import { Button } from "@fluentui/react-components";
import { ArrowClockwise16Regular, ErrorCircle20Regular } from "@fluentui/react-icons";
import { type ReactNode, useState } from "react";
import { ApiError } from "../api/client";

/** What a panel needs to know of its answer. */
export interface Waiting {
  /** Nothing to show yet. */
  readonly first: boolean;
  /** What is shown answers an earlier question. */
  readonly again: boolean;
  readonly error: Error | null;
  readonly retry: () => void;
}

export function Panel(props: {
  waiting: Waiting;
  /** Heights of the parts of the final layout. */
  heights: readonly number[];
  label: string;
  children: ReactNode;
}): ReactNode {
  const { waiting, heights, label, children } = props;
  if (waiting.error) return <Failure error={waiting.error} retry={waiting.retry} />;
  if (waiting.first) return <Skeleton heights={heights} label={label} />;
  return (
    <section
      className={waiting.again ? "panel again" : "panel"}
      aria-label={label}
      aria-busy={waiting.again}
    >
      {children}
    </section>
  );
}

/** Grey shapes in the final layout; they appear only when an answer is slow. */
export function Skeleton(props: { heights: readonly number[]; label: string }): ReactNode {
  return (
    <div className="skeleton" role="status">
      <span className="hidden">{props.label} is loading</span>
      {props.heights.map((height, index) => (
        <div key={index} className="skeleton-part" style={{ height }} />
      ))}
    </div>
  );
}

/** What went wrong in plain words, and what can be done. */
export function Failure({ error, retry }: { error: Error; retry: () => void }): ReactNode {
  const [copied, setCopied] = useState(false);
  const known = error instanceof ApiError ? error : null;
  const details = [known?.code, known?.status, known?.requestId, error.message];
  const copy = (): void => {
    const text = details.filter(Boolean).join(" · ");
    void navigator.clipboard?.writeText(text).then(() => setCopied(true));
  };
  return (
    <div className="failure" role="alert">
      <ErrorCircle20Regular aria-hidden className="failure-icon" />
      <div className="failure-text">
        <p>{error.message}</p>
        <p className="secondary">
          {[known?.code, known?.requestId && `request ${known.requestId}`]
            .filter(Boolean)
            .join(" · ")}
        </p>
      </div>
      <Button size="small" icon={<ArrowClockwise16Regular />} onClick={retry}>
        Retry
      </Button>
      <Button size="small" appearance="subtle" onClick={copy}>
        {copied ? "Copied" : "Copy details"}
      </Button>
    </div>
  );
}
