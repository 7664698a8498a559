-- A notebook on a telephone: rowid keys, triggers that keep counts, views over them.
CREATE TABLE folder (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL COLLATE NOCASE UNIQUE,
                     parent_id INTEGER REFERENCES folder (id) ON DELETE CASCADE, notes INTEGER NOT NULL DEFAULT 0);
CREATE TABLE note (
  id INTEGER PRIMARY KEY, -- never changes
  folder_id INTEGER NOT NULL REFERENCES folder ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  title VARCHAR(200) NOT NULL DEFAULT '',
  body TEXT, words INT AS (length(body) - length(replace(body, ' ', '')) + 1),
  created DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  starred BOOLEAN NOT NULL DEFAULT 0 CHECK (starred IN (0, 1))
);
CREATE INDEX note_by_folder ON note (folder_id, created DESC);
CREATE INDEX note_starred ON note (created) WHERE starred;
CREATE TABLE tag ("note id" INTEGER NOT NULL, tag TEXT NOT NULL, PRIMARY KEY ("note id", tag),
  CONSTRAINT tag_of_note FOREIGN KEY ("note id") REFERENCES note (id) ON DELETE CASCADE ON UPDATE CASCADE) WITHOUT ROWID;
CREATE INDEX [tag lower] ON tag (lower(tag));
CREATE TRIGGER note_added AFTER INSERT ON note BEGIN
  UPDATE folder SET notes = notes + 1 WHERE id = new.folder_id;
END;
CREATE TRIGGER note_gone AFTER DELETE ON note WHEN old.folder_id IS NOT NULL BEGIN
  UPDATE folder SET notes = notes - 1 WHERE id = old.folder_id;
END;
CREATE VIEW recent AS SELECT n.id, n.title, f.name AS folder FROM note n JOIN folder f ON f.id = n.folder_id
  WHERE n.created > date('now', '-7 days');
CREATE VIEW counts(folder, n) AS SELECT folder, count(*) FROM recent GROUP BY folder;
