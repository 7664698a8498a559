SET NAMES utf8mb4;
CREATE TABLE country (
  country_id SMALLINT UNSIGNED NOT NULL AUTO_INCREMENT,
  country VARCHAR(50) NOT NULL,
  last_update TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  PRIMARY KEY (country_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE city (
  city_id SMALLINT UNSIGNED NOT NULL AUTO_INCREMENT,
  city VARCHAR(50) NOT NULL,
  country_id SMALLINT UNSIGNED NOT NULL,
  location GEOMETRY NOT NULL,
  PRIMARY KEY (city_id),
  KEY idx_fk_country_id (country_id),
  SPATIAL KEY idx_location (location),
  CONSTRAINT fk_city_country FOREIGN KEY (country_id) REFERENCES country (country_id) ON DELETE RESTRICT ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE film (
  film_id SMALLINT UNSIGNED NOT NULL AUTO_INCREMENT,
  title VARCHAR(128) NOT NULL,
  description TEXT DEFAULT NULL,
  release_year YEAR DEFAULT NULL,
  rental_duration TINYINT UNSIGNED NOT NULL DEFAULT 3,
  rental_rate DECIMAL(4,2) NOT NULL DEFAULT 4.99,
  rating ENUM('G','PG','PG-13','R','NC-17') DEFAULT 'G',
  special_features SET('Trailers','Commentaries','Deleted Scenes','Behind the Scenes') DEFAULT NULL,
  price_class VARCHAR(10) GENERATED ALWAYS AS (IF(rental_rate > 4, 'high', 'low')) STORED,
  PRIMARY KEY (film_id),
  KEY idx_title (title),
  CONSTRAINT positive_rate CHECK (rental_rate >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='What can be rented; "films" ''n'' more';
CREATE TABLE film_text (
  film_id SMALLINT NOT NULL,
  title VARCHAR(255) NOT NULL,
  description TEXT,
  PRIMARY KEY (film_id),
  FULLTEXT KEY idx_title_description (title, description)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE rental (
  rental_id INT NOT NULL AUTO_INCREMENT,
  rental_date DATETIME NOT NULL,
  film_id SMALLINT UNSIGNED NOT NULL,
  returned DATETIME DEFAULT NULL,
  PRIMARY KEY (rental_id),
  UNIQUE KEY (rental_date, film_id),
  KEY idx_fk_film_id (film_id),
  CONSTRAINT fk_rental_film FOREIGN KEY (film_id) REFERENCES film (film_id) ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE payment (
  payment_id INT NOT NULL,
  paid DATE NOT NULL,
  amount DECIMAL(5,2) NOT NULL,
  PRIMARY KEY (payment_id, paid)
) ENGINE=InnoDB DEFAULT CHARSET=latin1
PARTITION BY RANGE (YEAR(paid)) SUBPARTITION BY HASH (MONTH(paid)) SUBPARTITIONS 2 (
  PARTITION p2024 VALUES LESS THAN (2025),
  PARTITION p2025 VALUES LESS THAN (2026),
  PARTITION later VALUES LESS THAN MAXVALUE
);
CREATE VIEW film_list AS SELECT f.film_id AS FID, f.title AS title, COUNT(r.rental_id) AS rentals FROM film f LEFT JOIN rental r ON r.film_id = f.film_id GROUP BY f.film_id, f.title;
CREATE SQL SECURITY INVOKER VIEW busy_films AS SELECT * FROM film_list WHERE rentals > 10;
CREATE TRIGGER ins_film AFTER INSERT ON film FOR EACH ROW INSERT INTO film_text (film_id, title, description) VALUES (NEW.film_id, NEW.title, NEW.description);
CREATE TRIGGER del_film AFTER DELETE ON film FOR EACH ROW DELETE FROM film_text WHERE film_id = OLD.film_id;
CREATE TRIGGER rental_day BEFORE INSERT ON rental FOR EACH ROW SET NEW.rental_date = NOW();
CREATE FUNCTION inventory_in_stock(p_film INT) RETURNS TINYINT(1) READS SQL DATA RETURN NOT EXISTS (SELECT 1 FROM rental WHERE film_id = p_film AND returned IS NULL);
CREATE PROCEDURE film_in_stock(IN p_film INT, OUT p_count INT) READS SQL DATA COMMENT 'how many are there' SELECT COUNT(*) INTO p_count FROM film WHERE film_id = p_film AND inventory_in_stock(film_id);
CREATE EVENT forget_payments ON SCHEDULE EVERY 1 MONTH ON COMPLETION PRESERVE DISABLE DO DELETE FROM payment WHERE paid < NOW() - INTERVAL 10 YEAR;
