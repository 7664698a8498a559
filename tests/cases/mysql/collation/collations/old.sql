create table t (a varchar(10) collate utf8mb4_unicode_ci, b varchar(10) collate latin1_german1_ci);
