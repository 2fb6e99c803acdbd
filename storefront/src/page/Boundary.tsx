import { Component, type ReactNode } from 'react';

import { texts } from '../texts';

/** What is shown where a page's own code fails; a class, as React has no other way. */
export class Boundary extends Component<{ readonly children: ReactNode }, { readonly isBroken: boolean }> {
  override readonly state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override render() {
    if (!this.state.isBroken) return this.props.children;
    return (
      <main className="page page-narrow">
        <h1>{texts.broken.heading}</h1>
        <p className="lead">{texts.broken.lead}</p>
        <button
          type="button"
          className="button button-primary"
          onClick={() => {
            location.reload();
          }}
        >
          {texts.broken.action}
        </button>
      </main>
    );
  }
}
