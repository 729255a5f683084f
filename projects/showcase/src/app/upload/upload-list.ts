import { Component, inject, input } from '@angular/core';
import { MatIconButton } from '@angular/material/button';
import { MatProgressBar } from '@angular/material/progress-bar';
import { Icon } from '../appearance/icon.ts';
import { refusalWords } from './refusal-words.ts';
import { Uploads } from './uploads.ts';

/** How each upload goes, and in words why one was refused. */
@Component({
  selector: 'app-upload-list',
  imports: [Icon, MatIconButton, MatProgressBar],
  templateUrl: './upload-list.html',
  styleUrl: './upload-list.scss',
})
export class UploadList {
  protected readonly uploads = inject(Uploads);
  protected readonly refusalWords = refusalWords;

  /** What is said of a file that has arrived. */
  readonly doneWords = input('Stored and on the page');
}
