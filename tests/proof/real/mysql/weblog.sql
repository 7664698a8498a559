CREATE TABLE wb_users (
  ID bigint(20) unsigned NOT NULL auto_increment,
  user_login varchar(60) NOT NULL default '',
  user_registered datetime NOT NULL default '0000-00-00 00:00:00',
  user_status int(11) NOT NULL default '0',
  PRIMARY KEY (ID),
  KEY user_login_key (user_login)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
CREATE TABLE wb_posts (
  ID bigint(20) unsigned NOT NULL auto_increment,
  post_author bigint(20) unsigned NOT NULL default '0',
  post_content longtext NOT NULL,
  post_name varchar(200) NOT NULL default '',
  post_date datetime NOT NULL default '0000-00-00 00:00:00',
  meta json DEFAULT NULL,
  PRIMARY KEY (ID),
  KEY post_name (post_name(191)),
  KEY type_status_date (post_author, post_date DESC, ID)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
CREATE TABLE wb_postmeta (
  meta_id bigint(20) unsigned NOT NULL auto_increment,
  post_id bigint(20) unsigned NOT NULL default '0',
  meta_key varchar(255) default NULL,
  meta_value longtext,
  PRIMARY KEY (meta_id),
  KEY post_id (post_id),
  KEY meta_key (meta_key(191))
) ENGINE=Aria DEFAULT CHARSET=utf8mb3;
CREATE TABLE wb_prices (
  id int NOT NULL,
  amount int NOT NULL,
  since date NOT NULL,
  until date NOT NULL,
  hidden varchar(20) INVISIBLE DEFAULT 'x',
  PERIOD FOR valid (since, until),
  UNIQUE KEY one_price (id, valid WITHOUT OVERLAPS)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 WITH SYSTEM VERSIONING;
CREATE SEQUENCE wb_numbers START WITH 100 INCREMENT BY 10 CACHE 5 ENGINE=InnoDB;
CREATE TABLE wb_tickets (id bigint NOT NULL DEFAULT nextval(wb_numbers), note varbinary(20) DEFAULT 'a\\b', PRIMARY KEY (id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE ALGORITHM=MERGE VIEW wb_open AS SELECT ID, post_name FROM wb_posts WHERE post_author > 0 WITH CASCADED CHECK OPTION;
