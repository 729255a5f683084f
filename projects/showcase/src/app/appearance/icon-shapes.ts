/** Outlines on a 24 by 24 grid, drawn with a 1.75 stroke. */
export const iconShapes = {
  alert: 'M12 4 2.8 20h18.4L12 4Zm0 6v4.5m0 2.8v.2',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  chevron: 'm7 10 5 5 5-5',
  close: 'M6 6l12 12M18 6 6 18',
  copy: 'M9 9h10v11H9zM15 9V4H5v11h4',
  delivered: 'M12 4v11m-4.5-4.5L12 15l4.5-4.5M5 20h14',
  document: 'M6 3.5h8l4 4V20.5H6zM14 3.5v4h4M9 12h6m-6 4h6',
  external: 'M14 5h5v5m0-5-8 8M17 14v5H5V7h5',
  fault: 'M13 3 5 13.5h6L10.5 21 19 10.5h-6.5L13 3Z',
  gallery: 'M4 5h16v14H4zM4 16l4.5-4.5 3.5 3.5 3-3 5 4M9 9v.2',
  issued:
    'M4 20h16M6 16c2.5-6.5 5-9.5 6.5-8.7 1.8 1-3 7.7-1 8.2 1.8.4 2.8-4 4.2-3.8 1.1.2-.4 3 1 3 .8 0 1.6-.6 2.8-1.2',
  key: 'M14.5 9.5a4.5 4.5 0 1 1-9 0 4.5 4.5 0 0 1 9 0Zm-1.3 3.2L20 19.5m-3-3 2-2',
  moon: 'M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z',
  pause: 'M9 6v12m6-12v12',
  refused: 'M12 3.5 5 6v5.5c0 4.5 3 7.5 7 9 4-1.5 7-4.5 7-9V6l-7-2.5ZM9.5 9.5l5 5m0-5-5 5',
  resume: 'M8 5.5v13L18.5 12 8 5.5Z',
  retry: 'M19 12a7 7 0 1 1-2.1-5M19 4v4h-4',
  sun: 'M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0ZM12 2.5v2m0 15v2M2.5 12h2m15 0h2M5.3 5.3l1.4 1.4m10.6 10.6 1.4 1.4m0-13.4-1.4 1.4M6.7 17.3l-1.4 1.4',
  stop: 'M7 7h10v10H7z',
  upload: 'M12 16V5m-4.5 4.5L12 5l4.5 4.5M5 20h14',
} as const;

export type IconName = keyof typeof iconShapes;
